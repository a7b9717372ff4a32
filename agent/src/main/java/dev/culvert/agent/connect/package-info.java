/** Keeps the links to the service up: dialling, backing off, replacing one that drains. */
@NullMarked
package dev.culvert.agent.connect;

import org.jspecify.annotations.NullMarked;
