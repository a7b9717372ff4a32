/** Says which calls a rule of administrators is about. */
@NullMarked
package dev.culvert.admin.call;

import org.jspecify.annotations.NullMarked;
