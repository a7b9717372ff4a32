/** Reading request bodies: strictly, naming every field that is wrong, and never more than the limit. */
@NullMarked
package dev.culvert.platform.body;

import org.jspecify.annotations.NullMarked;
