/** Administrators' roles: granted and revoked by whoever may, kept with who did it and when. */
@NullMarked
package dev.culvert.auth.role;

import org.jspecify.annotations.NullMarked;
