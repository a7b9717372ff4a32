/** The {@code culvert} commands: up, down, status, logs, demo, reset, doctor. */
@NullMarked
package dev.culvert.runner.command;

import org.jspecify.annotations.NullMarked;
