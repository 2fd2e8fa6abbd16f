/* wangge: 网格. One program: server, command line, jobs. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/commands.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *zh, *en;
};

static const struct command commands[] = {
    {"serve", cmd_serve, "运行服务器", "run the server"},
    {"demo", cmd_demo, "生成双塔区示例", "make the Shuangta example"},
    {"import", cmd_import, "导入居民、地方、包保", "import people, places, duties"},
    {"export", cmd_export, "导出居民、地方、包保", "export people, places, duties"},
    {"list", cmd_list, "名单：导入、查看、列出行", "lists: add, show, rows"},
    {"report", cmd_report, "日报表", "the daily report"},
    {"check", cmd_check, "核对每一个合计", "hold every promised sum against the store"},
    {"rebuild", cmd_rebuild, "由事实重算合计", "make sums again from facts"},
    {"user", cmd_user, "帐号", "accounts"},
    {"backup", cmd_backup, "备份", "copy the store while it runs"},
    {"openapi", cmd_openapi, "打印 OpenAPI 文档", "print the OpenAPI document"},
    {"match", cmd_match, "比对两张表，或查一张表中的重复", "compare two tables, or find doubles in one"},
    {"enclose", cmd_enclose, "规划封闭小区", "plan enclosed compounds"},
};

static void usage(FILE *out, enum wg_lang lang)
{
    fputs(lang == WG_ZH ? "用法: wangge 命令 [选项]\n\n" : "usage: wangge COMMAND [OPTIONS]\n\n", out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, lang == WG_ZH ? commands[i].zh : commands[i].en);
    fputs(lang == WG_ZH ? "\nwangge 命令 --help 说明各命令；--lang zh|en 选语言。\n"
                        : "\nwangge COMMAND --help tells more; --lang zh|en chooses the language.\n",
          out);
}

int main(int argc, char **argv)
{
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        usage(stderr, app_lang(NULL));
        return 2;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("wangge " WG_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        bool english = argc > 3 && strcmp(argv[2], "--lang") == 0 && strcmp(argv[3], "en") == 0;
        usage(stdout, english ? WG_EN : app_lang(NULL));
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0) return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "wangge: unknown command / 不认识的命令: %s\n\n", argv[1]);
    usage(stderr, app_lang(NULL));
    return 2;
}
