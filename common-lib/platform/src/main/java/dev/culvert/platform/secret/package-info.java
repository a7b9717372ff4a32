/** Seals what must be stored readable and keys what is stored as a digest, both under the suite's one {@code SECRET_KEY}. */
@NullMarked
package dev.culvert.platform.secret;

import org.jspecify.annotations.NullMarked;
