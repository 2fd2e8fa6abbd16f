/* `wangge match` as a person calls it: what it writes, what it says when something is wrong, and the sample a clerk judges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/commands.h"
#include "base/base.h"

enum { SAID_MAX = 16384, WORDS_MAX = 24 };

static char folder[] = "/tmp/wangge-match-XXXXXX";
static char said[2][SAID_MAX]; /* on standard output, on standard error */

static const char *in_folder(char path[256], const char *name)
{
    (void)snprintf(path, 256, "%s/%s", folder, name);
    return path;
}

static void put_file(const char *name, const char *bytes, size_t n)
{
    char path[256];
    FILE *file = fopen(in_folder(path, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const char *name, const char *text)
{
    put_file(name, text, strlen(text));
}

static void get_text(const char *name, char *out)
{
    char path[256];
    FILE *file = fopen(in_folder(path, name), "rb");
    assert_non_null(file);
    size_t n = fread(out, 1, SAID_MAX - 1, file);
    out[n] = '\0';
    assert_int_equal(fclose(file), 0);
}

/* Standard output and standard error into files, while `match` runs. */
static int call(int argc, char **argv)
{
    static const char *const names[2] = {"stdout", "stderr"};
    FILE *streams[2] = {stdout, stderr};
    int kept[2], code;
    char path[256];
    for (int i = 0; i < 2; i++) {
        (void)fflush(streams[i]);
        kept[i] = dup(i + 1);
        FILE *to = fopen(in_folder(path, names[i]), "wb");
        assert_true(kept[i] >= 0 && to != NULL);
        assert_true(dup2(fileno(to), i + 1) >= 0);
        (void)fclose(to);
    }
    code = cmd_match(argc, argv);
    for (int i = 0; i < 2; i++) {
        (void)fflush(streams[i]);
        assert_true(dup2(kept[i], i + 1) >= 0);
        (void)close(kept[i]);
        get_text(names[i], said[i]);
    }
    return code;
}

/* Words parted by blanks; those that end in .csv, .json or .xlsx, or begin with "no/", are files of the folder. */
static int match(const char *line)
{
    static char words[WORDS_MAX][256];
    char *argv[WORDS_MAX + 1];
    int argc = 0;
    struct wg_str rest = wg_str(line), word;
    while (argc < WORDS_MAX && wg_str_next(&rest, ' ', &word)) {
        bool file =
            wg_str_ends(word, WG_STR(".csv")) || wg_str_ends(word, WG_STR(".json")) || wg_str_ends(word, WG_STR(".xlsx"));
        (void)snprintf(words[argc], sizeof words[argc], "%s%s%.*s", file ? folder : "", file ? "/" : "", (int)word.n, word.p);
        argv[argc] = words[argc];
        argc++;
    }
    argv[argc] = NULL;
    return call(argc, argv);
}

static void expect_said(int stream, const char *part)
{
    if (!strstr(said[stream], part)) fail_msg("\"%s\" is not in: %s", part, said[stream]);
}

static void expect_refusal(const char *line, const char *english)
{
    char full[512];
    (void)snprintf(full, sizeof full, "match --lang en %s", line);
    int code = match(full);
    if (code != 1) fail_msg("%s: exit code %d, said %s", line, code, said[1]);
    expect_said(1, english);
}

/* --- made-up people ------------------------------------------------------------------------------------------------- */

static const char *const firsts[] = {"anna",  "bruno", "clara",  "david", "emil",   "frida",  "georg",
                                     "helga", "ivan",  "jana",   "karl",  "lena",   "moritz", "nora",
                                     "oskar", "paula", "quirin", "rosa",  "stefan", "tilda"};
static const char *const lasts[] = {"adler", "brandt", "carstens", "dorn",    "ebert",   "falk", "gruber", "hansen", "immel",
                                    "jahn",  "krause", "lorenz",   "mertens", "neumann", "otto", "peters", "quandt", "richter"};
enum { PEOPLE = 300 };

static int draw(uint64_t *state, int n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (int)((*state >> 33) % (uint64_t)n);
}

static void person(FILE *file, int id, int i, bool typo)
{
    uint64_t state = (uint64_t)i * 7919 + 17;
    for (int k = 0; k < 4; k++) (void)draw(&state, 2);
    const char *first = firsts[draw(&state, 20)], *last = lasts[draw(&state, 18)];
    int year = 1930 + draw(&state, 80), month = 1 + draw(&state, 12), day = 1 + draw(&state, 28);
    (void)fprintf(file, "%d,%s,%s%s,%04d-%02d-%02d,%d\n", id, first, last, typo ? "n" : "", year, month, day,
                  10000 + draw(&state, 90));
}

static void put_people(const char *name, int from, int to, int typo_every)
{
    char path[256];
    FILE *file = fopen(in_folder(path, name), "wb");
    assert_non_null(file);
    (void)fputs("id,first_name,last_name,date_of_birth,zip\n", file);
    for (int i = from; i < to; i++) person(file, 1000 + i, i, typo_every && i % typo_every == 0);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return -1;
    put_people("register.csv", 0, PEOPLE, 0);
    put_people("list.csv", PEOPLE / 2, PEOPLE + 60, 9);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[300];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command); /* NOLINT(cert-env33-c): the folder is the test's own */
}

/* --- results -------------------------------------------------------------------------------------------------------- */

static void test_match_command__writes_a_line_for_each_row_of_the_list(void **state)
{
    (void)state;
    char text[SAID_MAX];
    size_t lines = 0;
    assert_int_equal(match("match --register register.csv --list list.csv --out result.csv --lang en"), 0);
    get_text("result.csv", text);
    assert_true(wg_str_starts(wg_str(text), WG_STR("row_id,outcome,person_id,score,why\n")));
    for (const char *c = text; *c; c++) lines += *c == '\n';
    assert_int_equal(lines, 1 + PEOPLE / 2 + 60);
    assert_non_null(strstr(text, "1151,matched,1151,"));
    assert_non_null(strstr(text, "1153,matched,1153,")); /* with a letter too many */
    assert_non_null(strstr(text, "1310,new,,"));
    expect_said(1, "210 rows: ");
    expect_said(1, "expected:");
}

static void test_match_command__finds_doubles_and_explains_them(void **state)
{
    (void)state;
    char text[SAID_MAX];
    put_text("doubles.csv", "id,name,dob,phone\n1,Anna Adler,1960-05-01,02 5550 1234\n2,Anna Adlr,1960-05-01,02 5550 1234\n"
                            "3,Bruno Falk,1981-11-30,02 5559 9876\n");
    assert_int_equal(match("match --dedupe doubles.csv --out people.csv --pairs pairs.csv"), 0);
    get_text("people.csv", text);
    assert_string_equal(text, "record_id,cluster_id\n1,1\n2,1\n3,3\n");
    get_text("pairs.csv", text);
    assert_non_null(strstr(text, "1,2,"));
    assert_int_equal(match("match --dedupe doubles.csv --explain 2 --lang en"), 0);
    expect_said(0, "probability");
    assert_int_equal(match("match --dedupe doubles.csv --explain 2 --lang zh"), 0);
    expect_said(0, "概率");
}

static void test_match_command__what_it_took_the_columns_for_can_be_given_back(void **state)
{
    (void)state;
    assert_int_equal(match("match --register register.csv --list list.csv --show-fields"), 0);
    put_text("fields.json", said[0]);
    expect_said(0, "\"date_of_birth\": \"birth\"");
    assert_int_equal(match("match --register register.csv --list list.csv --fields fields.json --out again.csv"), 0);
}

static void test_match_command__a_full_name_beside_its_parts_is_one_witness(void **state)
{
    (void)state;
    put_text("twice.csv", "id,full_name,first_name,surname,dob\n1,anna maria adler,anna,adler,1960-05-01\n2,bruno "
                          "falk,bruno,falk,1970-01-30\n3,clara dorn,clara,dorn,1985-12-24\n");
    assert_int_equal(match("match --dedupe twice.csv --show-fields"), 0);
    expect_said(0, "\"full_name\": \"unknown\"");
    expect_said(0, "\"surname\": \"surname\"");
}

static void test_match_command__what_another_column_implies_is_no_second_witness(void **state)
{
    (void)state;
    char path[256];
    FILE *file = fopen(in_folder(path, "wards.csv"), "wb");
    assert_non_null(file);
    (void)fputs("id,first_name,last_name,dob,city,ward,county,party\n", file);
    uint64_t random = 5;
    for (int i = 0; i < 400; i++) {
        int city = draw(&random, 20);
        (void)fprintf(file, "%d,%s,%s,%d-%02d-%02d,town%c,ward %d,%s,%s\n", i + 1, firsts[draw(&random, 20)],
                      lasts[draw(&random, 18)], 1930 + draw(&random, 80), 1 + draw(&random, 12), 1 + draw(&random, 28),
                      'a' + city, city % 7, "Kent", draw(&random, 2) ? "left" : "right");
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(match("match --dedupe wards.csv --show-fields"), 0);
    expect_said(0, "\"city\": \"city\"");
    expect_said(0, "\"ward\": \"unknown\"");
    expect_said(0, "\"county\": \"unknown\"");
    expect_said(0, "\"party\": \"text\"");
}

static void test_match_command__dates_with_the_month_first_meet_the_others(void **state)
{
    (void)state;
    char text[SAID_MAX];
    put_text("us.csv", "id,name,dob\n1,Anna Adler,5/1/1960\n2,Bruno Falk,11/30/1981\n3,Clara Dorn,12/24/1985\n4,David "
                       "Ebert,3/31/1990\n");
    put_text("iso.csv", "id,name,dob\n7,Anna Adler,1960-05-01\n8,David Ebert,1990-03-31\n");
    assert_int_equal(match("match --register us.csv --list iso.csv --out turned.csv"), 0);
    get_text("turned.csv", text);
    assert_non_null(strstr(text, "7,matched,1,"));
    assert_int_equal(match("match --register us.csv --list iso.csv --explain 7 --lang en"), 0);
    expect_said(0, "dob: the same");
}

/* --- refusals ------------------------------------------------------------------------------------------------------- */

static void test_match_command__says_what_is_wrong_with_a_table(void **state)
{
    (void)state;
    char binary[600];
    uint64_t noise = 4;
    for (size_t i = 0; i < sizeof binary; i++) binary[i] = (char)draw(&noise, 256);
    put_text("empty.csv", "");
    put_text("header.csv", "id,name,dob\n");
    put_text("twins.csv", "id,name\n1,Anna Adler\n2,Bruno Falk\n1,Clara Dorn\n");
    put_text("useless.csv", "note,remark\ncalled back,x\nno answer,y\n");
    put_file("binary.csv", binary, sizeof binary);
    expect_refusal("--dedupe empty.csv", "The file is empty");
    expect_refusal("--dedupe header.csv", "no rows of data");
    expect_refusal("--dedupe twins.csv", "The id 1 appears twice (rows 1 and 3)");
    expect_refusal("--dedupe useless.csv", "No column can be compared");
    expect_refusal("--dedupe binary.csv", "not known");
    expect_refusal("--dedupe absent.csv", "No such file or directory");
    expect_refusal("--register register.csv --list twins.csv", "The id 1 appears twice");
}

static void test_match_command__a_wrong_encoding_is_pointed_at(void **state)
{
    (void)state;
    char text[4096];
    size_t n = (size_t)snprintf(text, sizeof text, "id,姓名,电话\n");
    for (int i = 1; i <= 40; i++) {
        const char *name = i == 21 ? "\xff\xfe\xff" : i % 2 ? "王伟" : "李静";
        n += (size_t)snprintf(text + n, sizeof text - n, "%d,%s,138000000%02d\n", i, name, i);
    }
    put_text("mixed.csv", text);
    assert_int_equal(match("match --dedupe mixed.csv --lang en"), 0);
    expect_said(1, "cannot be read as UTF-8 (the first is line 22)");
    expect_said(1, "save the file as UTF-8");
    assert_int_equal(match("match --dedupe mixed.csv --lang zh"), 0);
    expect_said(1, "另存为 UTF-8");
}

static void test_match_command__says_what_is_wrong_with_the_fields_file(void **state)
{
    (void)state;
    put_text("column.json", "{\"forename\": \"given_name\"}");
    put_text("kind.json", "{\"first_name\": \"prenom\"}");
    put_text("broken.json", "{\"first_name\": \"given_name\"");
    put_text("array.json", "[1]");
    expect_refusal("--dedupe register.csv --fields column.json", "There is no column \"forename\"; there are: id, first_name");
    expect_refusal("--dedupe register.csv --fields kind.json",
                   "\"prenom\" is no kind of column (column \"first_name\"); there are: unknown");
    expect_refusal("--dedupe register.csv --fields broken.json", "broken.json:1");
    expect_refusal("--dedupe register.csv --fields array.json", "an object is wanted");
    expect_refusal("--dedupe register.csv --fields absent.json", "No such file or directory");
}

static void test_match_command__refuses_an_output_before_it_works(void **state)
{
    (void)state;
    expect_refusal("--dedupe register.csv --out absent/o.csv", "No such file or directory");
    expect_refusal("--dedupe register.csv --out register.csv", "one of the tables compared");
    expect_refusal("--dedupe register.csv --out o.csv --pairs register.csv", "one of the tables compared");
    expect_refusal("--dedupe register.csv --out /dev/full", "/dev/full");
    expect_refusal("--dedupe register.csv --explain 99999", "There is no row 99999");
}

static void test_match_command__wrong_usage_is_exit_code_2(void **state)
{
    (void)state;
    static const char *const lines[] = {"match",
                                        "match --register register.csv",
                                        "match --dedupe register.csv --list list.csv",
                                        "match --register register.csv --list list.csv --pairs p.csv",
                                        "match --dedupe register.csv --threads 0",
                                        "match --dedupe register.csv --sample 10",
                                        "match --dedupe register.csv --sample none --out-sample s.csv",
                                        "match --judge s.csv --dedupe register.csv",
                                        "match --dedupe register.csv --nonsense 1"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        int code = match(lines[i]);
        if (code != 2) fail_msg("%s: %d", lines[i], code);
    }
}

/* --- the sample ----------------------------------------------------------------------------------------------------- */

/* Fills in the verdicts as the made-up truth has them: the same id is the same person. Every `wrong`-th is turned round. */
static void judge_by_truth(const char *from, const char *to, int wrong)
{
    struct wg_ctx ctx = wg_ctx(wg_arena_new());
    char *text = wg_alloc(ctx.arena, 4 * SAID_MAX), *out = wg_alloc(ctx.arena, 8 * SAID_MAX);
    char path[256];
    size_t n = 0;
    int line = 0;
    FILE *file = fopen(in_folder(path, from), "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, (size_t)4 * SAID_MAX - 1, file);
    (void)fclose(file);
    struct wg_str rest = {text, length}, row;
    while (wg_str_next(&rest, '\n', &row)) {
        struct wg_str cells = row, cell[5];
        for (int i = 0; i < 5 && row.n; i++) assert_true(wg_str_next(&cells, ',', &cell[i]));
        const char *verdict = "";
        if (line > 0 && row.n) {
            bool same = wg_str_eq(cell[3], cell[4]);
            if (wrong && line % wrong == 0) same = !same;
            verdict = same ? (line % 2 ? "yes" : "是") : (line % 2 ? "n" : "否");
        }
        n += (size_t)snprintf(out + n, (size_t)8 * SAID_MAX - n, "%s%.*s\n", verdict, (int)row.n, row.p);
        line++;
    }
    put_file(to, out, n);
    wg_arena_free(ctx.arena);
}

static void test_match_command__a_sample_is_the_same_for_the_same_seed(void **state)
{
    (void)state;
    static char first[SAID_MAX], second[SAID_MAX];
    assert_int_equal(
        match("match --register register.csv --list list.csv --out r.csv --sample 40 --out-sample s1.csv --lang en"), 0);
    expect_said(1, "40 decisions of ");
    assert_int_equal(match("match --register register.csv --list list.csv --out r.csv --sample 40 --out-sample s2.csv"), 0);
    get_text("s1.csv", first);
    get_text("s2.csv", second);
    assert_string_equal(first, second);
    assert_non_null(strstr(first, "verdict,outcome,score,left_id,right_id,stratum,of,A id,B id,A first_name,B first_name"));
    assert_int_equal(
        match("match --register register.csv --list list.csv --out r.csv --sample 40 --out-sample s3.csv --seed 2"), 0);
    get_text("s3.csv", second);
    assert_string_not_equal(first, second);
}

static void test_match_command__verdicts_give_the_errors_with_an_interval(void **state)
{
    (void)state;
    assert_int_equal(match("match --register register.csv --list list.csv --out r.csv --sample 60 --out-sample s.csv"), 0);
    judge_by_truth("s.csv", "right.csv", 0);
    assert_int_equal(match("match --judge right.csv --lang en"), 0);
    expect_said(0, "60 decisions in the sample, 60 judged");
    expect_said(0, "False matches, of those called the same: of 150: about 0.0");
    expect_said(0, "Precision about 1.0000");
    judge_by_truth("s.csv", "wrong.csv", 5);
    assert_int_equal(match("match --judge wrong.csv --lang zh"), 0);
    expect_said(0, "误判");
    expect_said(0, "95% 区间");
    assert_int_equal(match("match --judge wrong.csv --json"), 0);
    expect_said(0, "\"false_matches\"");
}

static void test_match_command__a_sample_judged_whole_leaves_no_doubt(void **state)
{
    (void)state;
    put_text("whole.csv", "verdict,outcome,score,left_id,right_id,stratum,of\nyes,matched,0.99,1,1,matched 0.99-0.999,4\n"
                          "yes,matched,0.99,2,2,matched 0.99-0.999,4\nno,matched,0.99,3,3,matched 0.99-0.999,4\n"
                          "yes,matched,0.99,4,4,matched 0.99-0.999,4\n,new,0.1,5,5,new 0.02-0.2,900\n");
    assert_int_equal(match("match --judge whole.csv --lang en"), 0);
    expect_said(0, "of 4: about 1.0 (95% interval 1.0 to 1.0)");
    expect_said(0, "900 more lie in strata of which none was judged");
    /* 2 of 20 found wrong, from a great many: Wilson's interval for 0.1 of 20 is 0.0279 to 0.3010. */
    char text[SAID_MAX];
    size_t n = (size_t)snprintf(text, sizeof text, "verdict,outcome,stratum,of\n");
    for (int i = 0; i < 20; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s,matched,matched 0.8-0.95,100000000\n", i < 2 ? "no" : "yes");
    put_text("wilson.csv", text);
    assert_int_equal(match("match --judge wilson.csv --lang en"), 0);
    expect_said(0, "Precision about 0.9000 (0.6990 to 0.9721)");
}

static void test_match_command__a_sample_of_doubles_comes_as_a_spreadsheet_too(void **state)
{
    (void)state;
    put_people("more.csv", 0, 80, 0);
    assert_int_equal(match("match --dedupe more.csv --out c.csv --sample 10 --out-sample s.xlsx --lang en"), 0);
    expect_refusal("--judge s.xlsx", "no rows of data"); /* nothing was near */
    put_text("pair.csv",
             "id,name,dob,phone\n1,Anna Adler,1960-05-01,02 5550 1234\n2,Anna Adlr,1960-05-01,02 5550 1234\n3,Bruno "
             "Falk,1981-11-30,02 5559 9876\n");
    assert_int_equal(match("match --dedupe pair.csv --out c.csv --sample 10 --out-sample p.xlsx --lang en"), 0);
    expect_refusal("--judge p.xlsx", "The column verdict is empty throughout");
}

static void test_match_command__a_sample_that_was_changed_is_refused(void **state)
{
    (void)state;
    put_text("word.csv", "verdict,outcome,stratum,of\nperhaps,matched,matched 0.8-0.95,3\n");
    put_text("count.csv", "verdict,outcome,stratum,of\nyes,matched,matched 0.8-0.95,many\n");
    put_text("none.csv", "verdict,outcome,stratum,of\n,matched,matched 0.8-0.95,3\n");
    expect_refusal("--judge word.csv", "The verdict in line 2 is \"perhaps\"");
    expect_refusal("--judge count.csv", "were changed in line 2");
    expect_refusal("--judge none.csv", "is empty throughout");
    expect_refusal("--judge register.csv", "There is no column \"verdict\"");
}

/* docs/match.md: the pieces of an address meet an address in one. */
static void test_match_command__an_address_in_pieces_meets_one_that_is_whole(void **state)
{
    (void)state;
    char text[SAID_MAX], path[256];
    FILE *pieces = fopen(in_folder(path, "pieces.csv"), "wb"), *whole = fopen(in_folder(path, "whole.csv"), "wb");
    assert_true(pieces != NULL && whole != NULL);
    (void)fputs("id,姓名,小区,楼号,单元,室\n", pieces);
    (void)fputs("id,姓名,住址\n", whole);
    for (int i = 0; i < 120; i++) {
        uint64_t state_of = (uint64_t)i * 7919 + 5;
        const char *given = &"伟强磊军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩"[3 * draw(&state_of, 20)];
        int surname = draw(&state_of, 3), building = 1 + i / 12, stair = 1 + i % 3, room = 101 + 100 * (i % 12);
        const char *family = &"王李张"[3 * surname];
        (void)fprintf(pieces, "%d,%.3s%.3s,春华小区,%d,%d,%d\n", 1000 + i, family, given, building, stair, room);
        (void)fprintf(whole, "%d,%.3s%.3s,春华小区%d-%d-%d\n", 2000 + i, family, given, building, stair, room);
    }
    assert_int_equal(fclose(pieces), 0);
    assert_int_equal(fclose(whole), 0);
    assert_int_equal(match("match --register pieces.csv --list whole.csv --show-fields"), 0);
    expect_said(0, "\"小区\": \"address\"");
    expect_said(0, "\"楼号\": \"unknown\"");
    assert_int_equal(match("match --register pieces.csv --list whole.csv --out met.csv"), 0);
    get_text("met.csv", text);
    int matched = 0;
    for (int i = 0; i < 120; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "%d,matched,%d,", 2000 + i, 1000 + i);
        matched += strstr(text, line) != NULL;
    }
    assert_true(matched >= 118); /* by the name alone, one in twenty of each family name, none would be */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match_command__writes_a_line_for_each_row_of_the_list),
        cmocka_unit_test(test_match_command__finds_doubles_and_explains_them),
        cmocka_unit_test(test_match_command__what_it_took_the_columns_for_can_be_given_back),
        cmocka_unit_test(test_match_command__a_full_name_beside_its_parts_is_one_witness),
        cmocka_unit_test(test_match_command__what_another_column_implies_is_no_second_witness),
        cmocka_unit_test(test_match_command__an_address_in_pieces_meets_one_that_is_whole),
        cmocka_unit_test(test_match_command__dates_with_the_month_first_meet_the_others),
        cmocka_unit_test(test_match_command__says_what_is_wrong_with_a_table),
        cmocka_unit_test(test_match_command__a_wrong_encoding_is_pointed_at),
        cmocka_unit_test(test_match_command__says_what_is_wrong_with_the_fields_file),
        cmocka_unit_test(test_match_command__refuses_an_output_before_it_works),
        cmocka_unit_test(test_match_command__wrong_usage_is_exit_code_2),
        cmocka_unit_test(test_match_command__a_sample_is_the_same_for_the_same_seed),
        cmocka_unit_test(test_match_command__verdicts_give_the_errors_with_an_interval),
        cmocka_unit_test(test_match_command__a_sample_judged_whole_leaves_no_doubt),
        cmocka_unit_test(test_match_command__a_sample_of_doubles_comes_as_a_spreadsheet_too),
        cmocka_unit_test(test_match_command__a_sample_that_was_changed_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
