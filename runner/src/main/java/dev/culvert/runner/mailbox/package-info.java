/** The local mailbox: receives every mail the suite sends and shows it in the browser. */
@NullMarked
package dev.culvert.runner.mailbox;

import org.jspecify.annotations.NullMarked;
