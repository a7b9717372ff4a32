/** Passkeys (WebAuthn level 3): registered by whoever is signed in, then a second factor, or a sign-in of their own. */
@NullMarked
package dev.culvert.auth.passkey;

import org.jspecify.annotations.NullMarked;
