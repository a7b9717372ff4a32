/** Partial updates by JSON Merge Patch (RFC 7396). */
@NullMarked
package dev.culvert.user.mergepatch;

import org.jspecify.annotations.NullMarked;
