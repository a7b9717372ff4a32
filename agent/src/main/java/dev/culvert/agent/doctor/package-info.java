/** Looks, step by step, for what keeps an agent from working, and says what to do about it. */
@NullMarked
package dev.culvert.agent.doctor;

import org.jspecify.annotations.NullMarked;
