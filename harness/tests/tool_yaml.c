/* A YAML file as JSON, by the reader of case files, which takes no key twice and no tag: what jq
 * needs to look into the templates of ci/. usage: tool_yaml FILE */
#include <jansson.h>
#include <stdio.h>

#include "case/yaml.h"

/* Every scalar is a text: what type a CI system makes of it is its matter. */
static json_t *json_of(const struct node *node)
{
	json_t *value;

	if (node->kind == NODE_TEXT)
		return json_string(node->text);
	value = node->kind == NODE_LIST ? json_array() : json_object();
	for (size_t i = 0; i < node->count; i++) {
		json_t *item = json_of(node->items[i]);

		if (node->kind == NODE_LIST)
			json_array_append_new(value, item);
		else
			json_object_set_new(value, node->keys[i]->text, item);
	}
	return value;
}

int main(int argc, char **argv)
{
	struct document document;
	struct error error = {""};
	json_t *root;

	if (argc != 2 || document_read(argv[1], &document, &error) < 0) {
		fprintf(stderr, "%s\n", argc == 2 ? error.text : "usage: tool_yaml FILE");
		return 2;
	}
	root = json_of(document.root);
	json_dumpf(root, stdout, JSON_INDENT(2));
	json_decref(root);
	document_free(&document);
	return 0;
}
