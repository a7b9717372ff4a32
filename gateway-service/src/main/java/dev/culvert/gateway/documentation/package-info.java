/** The API of the running suite as one OpenAPI document, and the pages that show it. */
@NullMarked
package dev.culvert.gateway.documentation;

import org.jspecify.annotations.NullMarked;
