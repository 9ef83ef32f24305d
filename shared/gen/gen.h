/* The documents that poolgen writes, and what their writers share. */
#ifndef GEN_GEN_H
#define GEN_GEN_H

#include <stdio.h>

/* Each prints one whole document from the tables that the programs are built from. */
void gen_config(FILE *to);
void gen_env(FILE *to);
void gen_routes(FILE *to);
void gen_errors(FILE *to);
void gen_openapi(FILE *to);
void gen_man_gateway(FILE *to);
void gen_man_conf(FILE *to);

/* Text for a cell of a Markdown table. */
void gen_cell(FILE *to, const char *text);

/* Compact JSON, spread over lines. */
void gen_json(FILE *to, const char *json);

#endif
