/** The second factor: codes of an authenticator app, recovery codes, what passkeys share with them, and the second step. */
@NullMarked
package dev.culvert.auth.secondfactor;

import org.jspecify.annotations.NullMarked;
