/** Accounts: registration, confirmation of the mail address, passwords, the first administrator. */
@NullMarked
package dev.culvert.auth.account;

import org.jspecify.annotations.NullMarked;
