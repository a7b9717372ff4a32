/** Profiles of users, made when an account is registered and kept by their owners. */
@NullMarked
package dev.culvert.user.profile;

import org.jspecify.annotations.NullMarked;
