/* Stands for the macro of include/qemu/atomic.h, as far as tracked state is read through it. */

static inline bool qatomic_read(const bool *ptr)
{
    return *ptr;
}
