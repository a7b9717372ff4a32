/** The agent's configuration file: what it may say, and where it is wrong. */
@NullMarked
package dev.culvert.agent.config;

import org.jspecify.annotations.NullMarked;
