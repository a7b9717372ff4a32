/** Settings every service starts from; lowest precedence, so that a service, its environment and its operator win. */
@NullMarked
package dev.culvert.platform.defaults;

import org.jspecify.annotations.NullMarked;
