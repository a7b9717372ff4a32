/** What is known of model servers: how they are recognised by their answers, and what they need to work behind a tunnel. */
@NullMarked
package dev.culvert.agent.profile;

import org.jspecify.annotations.NullMarked;
