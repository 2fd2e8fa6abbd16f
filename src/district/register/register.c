/* The room's one list of routes, and what must hold in its tables. */
#include "district/register/register_internal.h"

#define PATH_ASTRAY                                                                                                            \
    "FROM person p LEFT JOIN place l ON l.district = p.district AND l.id = p.place WHERE p.district = $1 AND (l.path IS NULL " \
    "OR l.path <> p.path)"
#define TREE_ASTRAY                                                                                                            \
    "FROM place c LEFT JOIN place p ON p.district = c.district AND p.id = c.parent WHERE c.district = $1 AND c.level > 0 "     \
    "AND (p.id IS NULL OR p.level >= c.level OR substr(c.path, 1, length(c.path) - 3) <> p.path)"
#define NO_OWNER                                                                                                               \
    "FROM place g WHERE g.district = $1 AND g.level = 1 AND g.valid_until IS NULL AND NOT EXISTS (SELECT 1 FROM duty d "       \
    "WHERE d.district = g.district AND d.superseded = 0 AND d.role = 'lead' AND (d.path = g.path OR d.path = '') AND "         \
    "d.until_day IS NULL)"

const struct district_check register_checks[] = {
    {"person_path", "每个人的路径就是其住处的路径", "Everybody's path is the path of their place",
     "SELECT count(*) " PATH_ASTRAY, "SELECT p.name " PATH_ASTRAY, false, "重新指定这些人的住处",
     "give these people their place again"},
    {"place_tree", "每个地方都在其上级之下", "Every place stands under its parent", "SELECT count(*) " TREE_ASTRAY,
     "SELECT c.label " TREE_ASTRAY, false, "更正这些地方的上级", "correct the parents of these places"},
    {"always_an_owner", "每个街道（或全区）都有长期负责人，户户有人管",
     "Every street, or the district, has a lead without end: every household has an owner", "SELECT count(*) " NO_OWNER,
     "SELECT g.name " NO_OWNER, false, "给这些街道或全区指定负责人", "give these streets, or the district, a lead"},
    {0},
};
