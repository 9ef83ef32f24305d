/* The parameters of a query, decoded. */
#ifndef HTTP_QUERY_H
#define HTTP_QUERY_H

/* An owned copy of a query ("a=1&b=x%20y"), to be looked into; NULL for NULL. */
char *http_query_open(const char *query);
/* The decoded value of the first parameter of this name; NULL when there is none, or it has no '='.
 * Borrowed from words, which is what http_query_open() made. */
const char *http_query_find(const char *words, const char *name);

#endif
