/** The auth service: who somebody is, proven by a password, a refresh token or an API key, and put into access tokens. */
@NullMarked
package dev.culvert.auth;

import org.jspecify.annotations.NullMarked;
