/** The one id of a request and of everything it causes: in headers, log lines, events and answers. */
@NullMarked
package dev.culvert.platform.correlation;

import org.jspecify.annotations.NullMarked;
