/** Lists in pages: limit and offset, or page, in; items with their total out (requirement X-41). */
@NullMarked
package dev.culvert.platform.paging;

import org.jspecify.annotations.NullMarked;
