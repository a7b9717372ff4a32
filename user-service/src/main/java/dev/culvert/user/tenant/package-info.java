/** Tenants: everybody has a personal one from the start. */
@NullMarked
package dev.culvert.user.tenant;

import org.jspecify.annotations.NullMarked;
