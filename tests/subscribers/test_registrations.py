"""Registrations: whose they are, where, and for which modes."""

from __future__ import annotations

import pytest

from tests.subscribers.sample import found

NOTIFY = "int fan_notify(N *n, BusEvent *e) { if (e->type == BUS_UP) { fan_on(); } return 0; }\n"
HOT = ("MODE_HOT",)


@pytest.mark.parametrize(
    ("call", "modes"),
    [
        ("bus_add(n, fan_notify)", ("MODE_WARM",)),
        ("bus_add_mode(n, fan_notify, MODE_COLD)", ("MODE_COLD",)),
        ("bus_add_mode(n, fan_notify, BIT(MODE_COLD) | BIT(MODE_WARM))", ("MODE_COLD", "MODE_WARM")),
        ("bus_add_mode(n, fan_notify, (1 << MODE_COLD) | (1 << MODE_HOT))", ("MODE_COLD", "MODE_HOT")),
        ("bus_add_list(n, fan_notify, MODE_COLD, MODE_HOT, -1)", ("MODE_COLD", "MODE_HOT")),
        ("bus_add_list(n, fan_notify, MODE_COLD, -1)", ("MODE_COLD",)),
        ("bus_add_mode(n, fan_notify, SLOW)", ("MODE_COLD", "MODE_HOT")),
        ("unsigned m = BIT(MODE_HOT); bus_add_mode(n, fan_notify, m)", ("MODE_HOT",)),
        ("bus_add_mode(n, &fan_notify, -1)", ()),
        ("int (*f)(N *, BusEvent *) = fan_notify; bus_add_mode(n, f, MODE_HOT)", ("MODE_HOT",)),
    ],
)
def test_modes(call: str, modes: tuple[str, ...]) -> None:
    (one,) = found(
        NOTIFY + "#define SLOW (BIT(MODE_COLD) | BIT(MODE_HOT))\n"
        f"void init(N *n)\n{{\n    {call};\n}}\n"
    )  # fmt: skip
    assert (one.handler, one.modes, one.events, one.unknown) == ("fan_notify", modes, ("UP",), ())
    assert str(one.where) == "dev/fan.c:5"


def test_modes_that_could_not_be_told() -> None:
    (one,) = found(NOTIFY + "void init(N *n) { bus_add_mode(n, fan_notify, n->modes); }")
    assert one.modes == ()
    assert [doubt.why for doubt in one.unknown] == ["its modes could not be told"]


def test_one_handler_registered_twice_is_listed_twice() -> None:
    first, second = found(
        {
            "dev/fan.c": NOTIFY + "void a(N *n) { bus_add(n, fan_notify); }",
            "disks/disk-slow.c": "void b(N *n) { bus_add_mode(n, fan_notify, MODE_COLD); }",
        }
    )
    assert (first.device, first.modes, str(first.defined)) == ("fan", ("MODE_WARM",), "dev/fan.c:1")
    assert (second.device, second.modes, str(second.defined)) == ("disk", ("MODE_COLD",), "dev/fan.c:1")


@pytest.mark.parametrize(
    ("wrapper", "use", "modes"),
    [
        ("void fan_add(N *n, Func f) { bus_add(n, f); }", "fan_add(n, fan_notify)", ("MODE_WARM",)),
        ("void fan_add(Func f, int m) { bus_add_mode(n, f, m); }", "fan_add(fan_notify, MODE_HOT)", HOT),
        ("void fan_add(Func f) { bus_add_mode(&all, f, MODE_HOT); }", "fan_add(fan_notify)", HOT),
        (
            "void inner(Func f) { bus_add(&all, f); }\nvoid fan_add(int x, Func f) { inner(f); }",
            "fan_add(3, fan_notify)",
            ("MODE_WARM",),
        ),
        ("#define fan_add(n, f) bus_add((n), (f))", "fan_add(n, fan_notify)", ("MODE_WARM",)),
        ("#define fan_add(f, m) \\\n    bus_add_mode(&all, f, m)", "fan_add(fan_notify, MODE_HOT)", HOT),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["bus/fan.c", "bus/fan.h"])
def test_what_registers_for_its_caller_is_no_subscriber(
    wrapper: str, use: str, modes: tuple[str, ...], where: str
) -> None:
    tree = {"dev/user.c": NOTIFY + f"void init(N *n)\n{{\n    {use};\n}}\n"}
    if where.endswith(".c") and wrapper.startswith("#"):
        tree["dev/user.c"] = wrapper + "\n" + tree["dev/user.c"]
    else:
        tree[where] = wrapper
    (one,) = found(tree)
    assert (one.device, one.handler, one.modes, one.events) == ("user", "fan_notify", modes, ("UP",))


def test_a_static_wrapper_is_not_that_of_another_file() -> None:
    (one,) = found(
        {
            "dev/a.c": NOTIFY
            + "static void add(N *n, Func f) { bus_add(n, f); }\nvoid i(N *n) { add(n, fan_notify); }",
            "dev/b.c": "void j(N *n) { add(n, other); }",
        }
    )  # fmt: skip
    assert str(one.where) == "dev/a.c:3"


def test_the_registering_functions_themselves_are_no_subscribers() -> None:
    assert not found(
        "void bus_add_mode(N *n, Func f, Mode m) { n->f = f; list_add(n, BIT(m)); }\n"
        "void bus_add(N *n, Func f) { bus_add_mode(n, f, MODE_WARM); }\n"
        "void bus_add_list(N *n, Func f, ...);\n"
    )


def test_words_in_comments_texts_and_longer_names_are_no_registrations() -> None:
    assert not found(
        "/* bus_add(n, fan_notify); */\n"
        'void f(void) { log_it("bus_add(n, fan_notify)"); bus_add_more(n, fan_notify); // bus_add(n, f)\n}\n'
    )


def test_a_handler_that_could_not_be_told() -> None:
    (one,) = found("void init(N *n) { bus_add(n, n->pick()); }")
    assert (one.handler, one.events, one.perhaps) == ("?", (), ("UP", "DOWN", "BROKEN"))
    assert "no function is found that bus_add(n, n->pick()) registers" in one.unknown[0].why


def test_two_handlers_of_which_one_is_chosen_are_both_listed() -> None:
    both = found(NOTIFY + "int other(N *n, BusEvent *e) { return 0; }\n"
                 "void init(N *n) { bus_add(n, n->x ? fan_notify : other); }")  # fmt: skip
    assert [(one.handler, one.events) for one in both] == [("fan_notify", ("UP",)), ("other", ())]


@pytest.mark.parametrize(
    ("path", "device"),
    [("dev/fan.c", "fan"), ("disks/any/thing.c", "disk"), ("dev/rotor/main.c", "rotor"), ("core.c", "core")],
)
def test_a_device_is_called_as_the_profile_says_or_by_its_file(path: str, device: str) -> None:
    (one,) = found({path: NOTIFY + "void init(N *n) { bus_add(n, fan_notify); }"})
    assert one.device == device
