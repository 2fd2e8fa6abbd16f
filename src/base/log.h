/* log.h - one line a thing, on standard error: moment, level, text. Never a person's data: rooms do not log, the edge
 * does, once. */
#ifndef WG_BASE_LOG_H
#define WG_BASE_LOG_H
enum wg_log_level { WG_LOG_INFO, WG_LOG_WARN, WG_LOG_ERROR };
void wg_log(enum wg_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#endif
