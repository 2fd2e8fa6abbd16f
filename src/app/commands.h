/* commands.h - the command line: one file a subcommand. Each takes its own arguments (argv[0] is the subcommand), prints results on
 * standard output and everything else on standard error, and returns 0 done, 1 failed, 2 usage. */
#ifndef WG_COMMANDS_H
#define WG_COMMANDS_H
int cmd_check(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_enclose(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_match(int argc, char **argv);
int cmd_openapi(int argc, char **argv);
int cmd_rebuild(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_user(int argc, char **argv);
#endif
