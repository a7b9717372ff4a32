/** Random tokens that only their holder knows; the database keeps digests. */
@NullMarked
package dev.culvert.auth.opaquetoken;

import org.jspecify.annotations.NullMarked;
