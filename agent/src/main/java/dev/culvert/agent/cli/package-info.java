/** What the command's user types and sees. */
@NullMarked
package dev.culvert.agent.cli;

import org.jspecify.annotations.NullMarked;
