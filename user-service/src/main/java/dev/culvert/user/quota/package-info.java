/** Keeps what users and API keys have called within a month, and tells them how much of it is left. */
@NullMarked
package dev.culvert.user.quota;

import org.jspecify.annotations.NullMarked;
