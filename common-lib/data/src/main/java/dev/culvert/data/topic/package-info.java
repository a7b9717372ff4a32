/** Sees to it that the topics of the suite exist. */
@NullMarked
package dev.culvert.data.topic;

import org.jspecify.annotations.NullMarked;
