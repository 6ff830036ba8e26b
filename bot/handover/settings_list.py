"""Every settings class of this room, for the command that prints the settings in force."""

from __future__ import annotations

from pydantic_settings import BaseSettings

from bot.handover.desk.oidc_settings import OidcSettings
from bot.handover.desk.settings import DeskSettings
from bot.handover.notice_settings import NoticeSettings
from bot.handover.notify import MailSettings
from bot.handover.outside.settings import ChatwootSettings, OutsideSettings

SETTINGS: tuple[type[BaseSettings], ...] = (
    MailSettings,
    NoticeSettings,
    DeskSettings,
    OidcSettings,
    OutsideSettings,
    ChatwootSettings,
)
