/* XML 1.0, written. */
#ifndef SHIKUMEN_CORE_XML_PUT_H
#define SHIKUMEN_CORE_XML_PUT_H

#include "shikumen/base/strbuf.h"

/* Appends text as character data or as the value of an attribute: the five markup characters as
 * entities; what is no character of XML 1.0 (section 2.2) or not UTF-8 as U+FFFD. */
void xml_text(struct strbuf *out, const char *text);

/* <name>text</name>, indented by depth times two blanks, on its own line. */
void xml_element(struct strbuf *out, int depth, const char *name, const char *text);

#endif
