/** Requests that look like attacks, and requests that must be signed. */
@NullMarked
package dev.culvert.gateway.security;

import org.jspecify.annotations.NullMarked;
