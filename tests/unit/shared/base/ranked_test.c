/* Tests of things put in order by a number or a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/ranked.h"

enum { MANY = 5000 };

static uint64_t random_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void numbers__are_sorted_and_equal_ones_keep_their_order(void **state)
{
    static const uint64_t masks[] = {0, 3, 0xfff, UINT64_MAX, 0xf000000000000000};
    struct ranked *items = mem_array(MANY, sizeof(*items)), *sorted;
    struct ranked *spare = mem_array(MANY, sizeof(*spare));
    uint64_t seed = 7;

    (void)state;
    for (size_t m = 0; m < ARRAY_LEN(masks); m++)
        for (size_t len = 0; len <= MANY; len = len * 3 + 1) {
            for (size_t i = 0; i < len; i++)
                items[i] =
                    (struct ranked){.value = random_number(&seed) & masks[m], .at = (uint32_t)i};
            sorted = ranked_sort(items, spare, len);
            for (size_t i = 1; i < len; i++)
                assert_true(
                    sorted[i - 1].value < sorted[i].value ||
                    (sorted[i - 1].value == sorted[i].value && sorted[i - 1].at < sorted[i].at));
        }
    free(items);
    free(spare);
}

static char texts[MANY][48];

static const char *text_at(void *arg, uint32_t at)
{
    (void)arg;
    return texts[at];
}

/* Long beginnings that are the same, letters of both cases, and texts that end within each other.
 */
static void texts__are_sorted_whatever_their_case_and_equal_ones_keep_their_order(void **state)
{
    static const char *const begins[] = {"", "user", "USER-with-a-long-name-", "模型", "user\t"};
    struct ranked *items = mem_array(MANY, sizeof(*items));
    struct ranked *spare = mem_array(MANY, sizeof(*spare));
    uint32_t *place = mem_array(MANY, sizeof(*place));
    uint64_t seed = 7;

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        snprintf(texts[i], sizeof(texts[i]), "%s%s%llu",
                 begins[random_number(&seed) % ARRAY_LEN(begins)], i % 2 ? "a" : "A",
                 (unsigned long long)(random_number(&seed) % 900));
    for (size_t len = 0; len <= MANY; len = len * 3 + 1) {
        for (size_t i = 0; i < len; i++) { /* not in the order of their numbers */
            items[i].at = (uint32_t)(len - 1 - i);
            place[items[i].at] = (uint32_t)i;
        }
        ranked_sort_texts(items, spare, len, text_at, NULL);
        for (size_t i = 1; i < len; i++) {
            int order = strcasecmp(texts[items[i - 1].at], texts[items[i].at]);

            assert_true(order < 0 || (order == 0 && place[items[i - 1].at] < place[items[i].at]));
        }
    }
    free(items);
    free(spare);
    free(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers__are_sorted_and_equal_ones_keep_their_order),
        cmocka_unit_test(texts__are_sorted_whatever_their_case_and_equal_ones_keep_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
