/* GET /api/test-templates: calls to try a model with, from templates.def. */
#include "admin/admin.h"

enum { TEMPLATES_BYTES = 64 * 1024 };

static const struct {
    const char *id, *label, *description, *first, *user;
    double temperature;
    bool stream;
} templates[] = {
#define TEMPLATE(id, label, description, first, user, temperature, stream)                         \
    {id, label, description, first, user, temperature, stream},
#include "api/templates.def"
#undef TEMPLATE
};

void templates_list(struct http_req *r)
{
    struct buf out;
    struct jout j;

    buf_init(&out, TEMPLATES_BYTES);
    jout_init(&j, &out);
    jout_object(&j, NULL);
    jout_array(&j, "templates");
    for (size_t i = 0; i < ARRAY_LEN(templates); i++) {
        jout_object(&j, NULL);
        jout_str(&j, "id", templates[i].id);
        jout_str(&j, "label", templates[i].label);
        jout_str(&j, "description", templates[i].description);
        jout_str(&j, "systemPrompt", templates[i].first);
        jout_str(&j, "userMessage", templates[i].user);
        jout_real(&j, "temperature", templates[i].temperature, 2);
        jout_bool(&j, "stream", templates[i].stream);
        jout_object_end(&j);
    }
    jout_array_end(&j);
    jout_object_end(&j);
    http_send_json(r, 200, &out);
}
