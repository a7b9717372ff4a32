/** What is measured, logged and told of every HTTP request: metrics, one log line, time headers. */
@NullMarked
package dev.culvert.platform.requests;

import org.jspecify.annotations.NullMarked;
