/** Operating-system processes: how they are started apart from the terminal, recognised later, watched, restarted and stopped. */
@NullMarked
package dev.culvert.runner.process;

import org.jspecify.annotations.NullMarked;
