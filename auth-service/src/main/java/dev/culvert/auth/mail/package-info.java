/** Mails that must arrive: queued in the transaction that causes them, sent with retries. */
@NullMarked
package dev.culvert.auth.mail;

import org.jspecify.annotations.NullMarked;
