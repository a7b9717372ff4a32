/** Access tokens, and sessions kept alive by refresh tokens that work once. */
@NullMarked
package dev.culvert.auth.token;

import org.jspecify.annotations.NullMarked;
