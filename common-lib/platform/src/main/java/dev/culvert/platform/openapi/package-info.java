/** What the description of every API has in common: how to sign in, what failures look like, how lists are paged. */
@NullMarked
package dev.culvert.platform.openapi;

import org.jspecify.annotations.NullMarked;
