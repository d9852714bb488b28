/* A YAML document as a tree that remembers its lines: libyaml's events, and nothing of YAML's
 * typing. */
#ifndef DKBOOT_CASE_YAML_H
#define DKBOOT_CASE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/** Bounds that no honest case file meets; they keep a hostile one from costing memory or time. */
#define YAML_SIZE_LIMIT	  (1024u * 1024u) /* bytes of a file */
#define YAML_DEPTH_LIMIT  16		  /* nested lists and maps */
#define YAML_COUNT_LIMIT  4096		  /* items of one list, keys of one map */
#define YAML_WEIGHT_LIMIT 200000	  /* nodes once every alias is followed */

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

/** One scalar, list or map. An alias is a second pointer to the same node. */
struct node {
	enum node_kind kind;
	int line;	     /* 1-based */
	char *text;	     /* NODE_TEXT: UTF-8 without NUL bytes; never NULL */
	bool quoted;	     /* NODE_TEXT: written with quotes or as a block, so that "" is meant */
	struct node **keys;  /* NODE_MAP: NODE_TEXT, no two alike */
	struct node **items; /* NODE_LIST, NODE_MAP: the values */
	size_t count;	     /* of items */
	size_t weight;	     /* nodes from here on down, aliases followed */
	struct node *next;   /* in the document's list of all nodes */
};

/** Owns every node of a file. */
struct document {
	struct node *root;
	struct node *all;
};

/**
 * Reads one YAML 1.1 document. Not taken: more than one document, tags, tabs, control bytes, bytes
 * that are not UTF-8, keys that are not text, a key given twice. Aliases are, as long as the tree
 * stays finite.
 * @param path for the messages, and the file to read
 * @return 0 with @out filled (release with document_free()), -1 with "path:line: what, and what was
 * expected"
 */
int document_read(const char *path, struct document *out, struct error *error);

/** Releases all nodes; a zeroed document is fine. */
void document_free(struct document *document);

/** The value behind a key of a map, or NULL. */
const struct node *node_get(const struct node *map, const char *key);

/** "text", "a list", "a map": what a node is, for messages. */
const char *node_kind_name(const struct node *node);

#endif
