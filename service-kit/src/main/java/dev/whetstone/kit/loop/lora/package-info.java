/** Which adapters a loop's model server takes. */
@NullMarked
package dev.whetstone.kit.loop.lora;

import org.jspecify.annotations.NullMarked;
