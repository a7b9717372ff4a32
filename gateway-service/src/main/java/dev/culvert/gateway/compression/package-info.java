/** Smaller answers for clients that can unpack them. */
@NullMarked
package dev.culvert.gateway.compression;

import org.jspecify.annotations.NullMarked;
