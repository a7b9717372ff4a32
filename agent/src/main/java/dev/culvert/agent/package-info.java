/** The agent: a command and an API that connect a local HTTP service to a tunnel. */
@NullMarked
package dev.culvert.agent;

import org.jspecify.annotations.NullMarked;
