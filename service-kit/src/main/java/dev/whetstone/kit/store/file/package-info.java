/** Objects and artifacts on a file system that all services share. */
@NullMarked
package dev.whetstone.kit.store.file;

import org.jspecify.annotations.NullMarked;
