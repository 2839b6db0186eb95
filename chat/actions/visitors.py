"""Let visitors of a widget in, as whom they are known to be (SPEC §7)."""

from __future__ import annotations

from accounts.models import User, Widget
from accounts.visitors import create_visitor, is_signed, split_name, verified_visitor
from chat.actions import profiles
from chat.errors import Forbidden, InvalidInput


def admit_visitor(
    widget: Widget, *, name: str = "", email: str = "", user_id: str = "", user_hash: str = ""
) -> User:
    """Return the customer for whom a page asks for tokens.

    With the right `user_hash` of the user id or, without one, of the e-mail address, that is the one customer
    of this identity; its name and address become those given. Without a hash it is a new visitor each time,
    whatever it claims: nothing leads from it to anybody else's chats.

    Raises `Forbidden` for a wrong hash, for none where the widget requires an identity, and for a customer
    who was deactivated; `InvalidInput` for a hash of nothing.
    """
    if not user_hash:
        if widget.requires_identity:
            raise Forbidden("This widget is for people who are signed in: a userHash is needed.")
        return create_visitor(widget=widget, name=name, email=email)
    signed = user_id or email
    if not signed:
        raise InvalidInput("A userHash signs a userId or an email: give one of them.", field="userHash")
    if not is_signed(widget, signed, user_hash):
        raise Forbidden(
            "The userHash is not the one of this userId or email: it is made with the widget's secret."
        )
    identity = user_id or email.lower()
    customer, is_new = verified_visitor(widget=widget, identity=identity, name=name, email=email)
    if not customer.is_active:
        raise Forbidden("This account is switched off.")
    return customer if is_new else profiles.change_profile(customer, _given(name, email))


def _given(name: str, email: str) -> dict[str, str]:
    changes = dict(zip(("first_name", "last_name"), split_name(name), strict=True)) if name else {}
    return {**changes, "email": email} if email else changes
