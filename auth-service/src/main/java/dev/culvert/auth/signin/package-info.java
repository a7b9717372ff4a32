/** Signing in with a password: lockout of guessed accounts and a record of every attempt. */
@NullMarked
package dev.culvert.auth.signin;

import org.jspecify.annotations.NullMarked;
