/* openapi.h - the OpenAPI 3.1 document of what a router serves; the shapes are src/app/api_schemas.json. */
#ifndef WG_OPENAPI_H
#define WG_OPENAPI_H
#include "platform/guard/guard.h"

/* Kept by ctx->arena. */
WG_MUST int openapi_document(struct wg_ctx *ctx, const struct guard_router *router, json_t **ret);
#endif
